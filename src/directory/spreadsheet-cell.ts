// What a spreadsheet takes for a formula; a quote before it, more than one too, is told from one that belongs to the value.
const formula = /^'*[=+\-@\t\r]/;
const phoneNumber = /^[+-][\d .()-]+$/;

/** A cell that a spreadsheet would take for a formula gets a quote before it. */
export function guardedCell(text: string): string {
  return formula.test(text) && !phoneNumber.test(text) ? `'${text}` : text;
}

/** The value of a cell that `guardedCell` or a spreadsheet has guarded; any other is its value. */
export function unguardedCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
