// Fast path: most keys are ASCII, where folding is lower-casing.
const ascii = /^[\x00-\x7f]*$/;

/**
 * Folds a text for comparison without regard to letter case: Unicode NFKC and case folding.
 * The only folding in the service, so that both databases agree (SQLite and PostgreSQL fold letters differently).
 */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  // Upper case first, so that ß and ss meet; final sigma depends on its place in the word, so it is levelled.
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}
