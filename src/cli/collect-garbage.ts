import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects garbage now. A long run makes little that lives and much that dies a bit too late for the young generation; left alone,
 * the engine lets that grow to many times of what is in use.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    // With the flag set, a new context has the function.
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
