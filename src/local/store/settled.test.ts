// A reader beside writers whose disk is full: it is asked again, and tells what stayed.
import { describe, expect, it } from 'vitest';
import { readSettled, writeSettled } from './settled.js';

/** A store whose next commits end like this: well, or badly. */
function committing(...ends: readonly ('well' | 'badly')[]): { durable(): Promise<void> | undefined } {
  const left = [...ends];
  return {
    durable: () => {
      const end = left.shift();
      if (end === undefined) return undefined;
      return end === 'well' ? Promise.resolve() : Promise.reject(new Error('the disk is full'));
    },
  };
}

/** Says how often it was asked. */
function counting(): () => number {
  let asked = 0;
  return () => (asked += 1);
}

describe('a read beside the writes of others', () => {
  it('is done once where nothing is under way, or what is goes well', async () => {
    expect(await readSettled(committing(), counting())).toBe(1);
    expect(await readSettled(committing('well'), counting())).toBe(1);
  });

  it('is done again where what it may have seen was taken back', async () => {
    expect(await readSettled(committing('badly'), counting())).toBe(2);
    expect(await readSettled(committing('badly', 'badly', 'well'), counting())).toBe(3);
  });

  it('fails where that never ends', async () => {
    await expect(readSettled(committing('badly', 'badly', 'badly', 'well'), counting())).rejects.toThrow(
      'disk is full',
    );
  });

  it('hears at once what it cannot find', async () => {
    const absent = (): never => {
      throw new Error('absent');
    };
    await expect(readSettled(committing('badly'), absent)).rejects.toThrow('absent');
  });
});

describe('a write', () => {
  it('is refused because of what stays alone', async () => {
    const refused = (): never => {
      throw new Error('it exists already');
    };
    await expect(writeSettled(committing('well'), refused)).rejects.toThrow('it exists already');
    await expect(writeSettled(committing('badly'), refused)).rejects.toThrow('disk is full');
  });

  it('is told of once it is on the disk, and never where it was taken back', async () => {
    expect(await writeSettled(committing(), counting())).toBe(1);
    expect(await writeSettled(committing('well'), counting())).toBe(1);
    await expect(writeSettled(committing('badly', 'well'), counting())).rejects.toThrow('disk is full');
  });
});
