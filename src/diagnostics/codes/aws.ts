// The diagnostics of the room `aws`.
import { defineCodes } from '../definition.js';

export const awsCodes = defineCodes({});
