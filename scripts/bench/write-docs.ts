import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { Machine } from './machine.js';
import type { Drawing } from './plots.js';
import { machineText, markdownTable, type Table } from './report.js';

const page = new URL('../../docs/performance.md', import.meta.url);
const [opening, closing] = ['<!-- measured -->', '<!-- /measured -->'];

/** What a run has to show. */
export interface Findings {
  readonly machine: Machine;
  /** The command that was run. */
  readonly run: string;
  readonly tables: readonly Table[];
  readonly drawings: readonly Drawing[];
}

/** Puts tables and plots between the marks of `docs/performance.md`; the text around them stays. Throws when the marks are not there. */
export async function writeDocs({ machine, run, tables, drawings }: Findings): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)];
  if (start === -1 || end < start) throw new Error(`docs/performance.md has no ${opening} … ${closing}`);
  for (const { file, svg } of drawings) await writeFile(new URL(file, page), svg);
  const images = drawings.map(({ file, alt }) => `![${alt}](${file})`);
  const [goals, ...others] = tables.map(markdownTable);
  const measured = [machineText(machine), `\`${run}\``, goals ?? '', ...images, ...others].join('\n\n');
  const whole = `${text.slice(0, start)}${opening}\n\n${measured}\n\n${text.slice(end)}`;
  const style = await resolveConfig(page);
  await writeFile(page, await format(whole, { ...style, parser: 'markdown' }));
}
