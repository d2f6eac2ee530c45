import { it } from 'vitest';
import { nothingIsLost } from '../integration/upgrade-lossless-property.ts';

it('loses no line of the user and none of the template, in many more cases', { timeout: 7_200_000 }, () => nothingIsLost(300));
