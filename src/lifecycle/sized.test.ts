// Lists and indexes count for nothing beside what they name, whether or not anybody knows what that is.
import { expect, it } from 'vitest';
import { isManifestList, sized } from './sized.js';

const oci = 'application/vnd.oci.image.index.v1+json';
const docker = 'application/vnd.docker.distribution.manifest.list.v2+json';

it.each([
  [{ mediaType: oci }, true],
  [{ mediaType: docker }, true],
  [{ children: [] }, true],
  [{ mediaType: oci, children: ['a'] }, true],
  [{ mediaType: 'application/vnd.oci.image.manifest.v1+json' }, false],
  [{}, false],
])('%j is a list: %s', (image, expected) => {
  expect(isManifestList(image)).toBe(expected);
});

it('sizes are those of images alone; what is not known is nothing, and standard', () => {
  const images = [
    { digest: 'list', tags: ['v1'], pushedAt: 0, sizeInBytes: 9, mediaType: oci },
    { digest: 'image', tags: [], pushedAt: 0, sizeInBytes: 7, storageClass: 'archive' },
    { digest: 'unknown', tags: [], pushedAt: 0 },
  ] as const;
  expect(sized(images)).toEqual([
    { digest: 'list', storageClass: 'standard', sizeInBytes: 0 },
    { digest: 'image', storageClass: 'archive', sizeInBytes: 7 },
    { digest: 'unknown', storageClass: 'standard', sizeInBytes: 0 },
  ]);
});
