import { createInterface } from 'node:readline';

// The module with `runProgram`, built or not; each line of standard input is a command line as a JSON list of words.
const [module = '', mark = ''] = process.argv.slice(2);
// It is the command line's own module, whichever form it has.
const { runProgram } = (await import(module)) as { runProgram: (args: readonly string[]) => Promise<number> };

process.stdout.setMaxListeners(0);
for await (const line of createInterface({ input: process.stdin })) {
  // The test that sent it wrote a list of words.
  const code = await runProgram(JSON.parse(line) as string[]);
  process.stderr.write(mark);
  process.stdout.write(`${mark}${code}\n`);
}
