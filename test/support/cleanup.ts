type Release = () => Promise<void>;

/** Releases what was taken, youngest first: what a test took after that test, what a suite's `before` took after the suite. */
export class Cleanup {
  readonly #ofSuite: Release[] = [];
  readonly #ofTest: Release[] = [];
  #inTest = false;

  /** Registers the hooks; call it first inside the suite. */
  register(): void {
    beforeEach('begin of the test', () => void (this.#inTest = true));
    afterEach('release what the test took', async () => {
      this.#inTest = false;
      await releaseAll(this.#ofTest);
    });
    after('release what the suite took', () => releaseAll(this.#ofSuite));
  }

  /** Adds something to be released at the end of the running test or, outside a test, of the suite. */
  defer(release: Release): void {
    (this.#inTest ? this.#ofTest : this.#ofSuite).push(release);
  }
}

async function releaseAll(releases: Release[]): Promise<void> {
  const errors: unknown[] = [];
  for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
    await release().catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, 'not everything could be released');
}
