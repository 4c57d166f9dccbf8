// The diagnostics of the room `registry`.
import { defineCodes } from '../definition.js';

export const registryCodes = defineCodes({});
