// Lines of events, without a server.
import { describe, expect, it } from 'vitest';
import { canvasOf } from '../text.js';
import { eventLine } from './events.js';

describe('the line of an event', () => {
  it('says where an image went', () => {
    const { paint } = canvasOf({ colour: false, columns: 80, isTTY: false, write: () => true });
    const event = {
      time: '2026-10-01T12:00:00Z',
      'detail-type': 'ECR Image Action',
      detail: {
        'action-type': 'UPDATE_STORAGE_CLASS',
        'target-storage-class': 'ARCHIVE',
        result: 'SUCCESS',
        'repository-name': 'app',
        'image-digest': `sha256:${'0'.repeat(64)}`,
      },
    };
    expect(eventLine('0000000000000012', event, paint)).toBe(
      '12  2026-10-01T12:00:00Z  ECR Image Action  UPDATE_STORAGE_CLASS ARCHIVE SUCCESS  app@sha256:000000000000',
    );
  });
});
