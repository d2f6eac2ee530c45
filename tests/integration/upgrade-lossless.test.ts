import { it } from 'vitest';
import { nothingIsLost } from './upgrade-lossless-property.ts';

it('loses no line of the user and none of the template, on a disk that fails anywhere', { timeout: 7_200_000 }, () => nothingIsLost(50));
