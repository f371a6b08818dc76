import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { Machine } from './machine.js';
import { machineText, markdownTable, type Table } from './report.js';

const page = new URL('../../docs/performance.md', import.meta.url);
const [opening, closing] = ['<!-- measured -->', '<!-- /measured -->'];

/** Puts the tables between the marks of `docs/performance.md`; the text around them stays. Throws when the marks are not there. */
export async function writeDocs(machine: Machine, run: string, tables: readonly Table[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)];
  if (start === -1 || end < start) throw new Error(`docs/performance.md has no ${opening} … ${closing}`);
  const measured = [machineText(machine), '', `\`${run}\``, '', ...tables.map(markdownTable)].join('\n');
  const whole = `${text.slice(0, start)}${opening}\n\n${measured}\n\n${text.slice(end)}`;
  const style = await resolveConfig(page);
  await writeFile(page, await format(whole, { ...style, parser: 'markdown' }));
}
