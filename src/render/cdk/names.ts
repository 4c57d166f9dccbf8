// What things are called in the code.
// It must not know what they are.

/** `prod-eu-1` as `ProdEu_1`: of texts of small letters, digits and hyphens, no two have one name. */
export function className(text: string): string {
  return text
    .split('-')
    .map((word) => (/^[a-z]/.test(word) ? `${word.slice(0, 1).toUpperCase()}${word.slice(1)}` : `_${word}`))
    .join('');
}

/** The same for a variable. What is not a letter, a digit or a hyphen is `_`. */
export function variable(text: string): string {
  const name = className(text.replaceAll(/[^a-z0-9-]/g, '_'));
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
}
