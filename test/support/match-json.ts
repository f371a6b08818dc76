/** The placeholders that an expected string may be; see test/idp/README.md. */
const placeholders: Readonly<Record<string, (actual: unknown) => boolean>> = {
  '<any>': (actual) => actual !== undefined,
  '<absent>': (actual) => actual === undefined,
  '<id>': (actual) => typeof actual === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(actual),
  '<date>': (actual) => typeof actual === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(actual),
};

/**
 * Says where an answer differs from what is expected: an object may hold more than the expected members, a list holds
 * the expected elements in their order, or with `{"<contains>": […]}` those among others, a string is a placeholder, a `/pattern/` or itself.
 */
export function mismatches(expected: unknown, actual: unknown, where = '$'): string[] {
  if (Array.isArray(expected)) return listMismatches(expected, actual, where);
  if (typeof expected === 'object' && expected !== null) {
    if ('<contains>' in expected) return missing([expected['<contains>']].flat(), actual, where);
    const members: object = typeof actual === 'object' && actual !== null ? actual : {};
    return Object.entries(expected).flatMap(([name, value]) => {
      const found: unknown = Object.hasOwn(members, name) ? Reflect.get(members, name) : undefined;
      return mismatches(value, found, `${where}.${name}`);
    });
  }
  const isMatch = typeof expected === 'string' ? matchesText(expected, actual) : expected === actual;
  return isMatch ? [] : [`${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

function listMismatches(expected: readonly unknown[], actual: unknown, where: string): string[] {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return [`${where}: expected ${expected.length} values, got ${JSON.stringify(actual)}`];
  }
  return expected.flatMap((value, index) => mismatches(value, actual[index], `${where}[${index}]`));
}

function missing(expected: readonly unknown[], actual: unknown, where: string): string[] {
  const found: readonly unknown[] = Array.isArray(actual) ? actual : [];
  return expected
    .filter((value) => !found.some((each) => mismatches(value, each).length === 0))
    .map((value) => `${where}: expected ${JSON.stringify(value)} among ${JSON.stringify(actual)}`);
}

function matchesText(expected: string, actual: unknown): boolean {
  const placeholder = placeholders[expected];
  if (placeholder !== undefined) return placeholder(actual);
  if (!/^\/.+\/$/s.test(expected)) return expected === actual;
  return typeof actual === 'string' && new RegExp(expected.slice(1, -1)).test(actual);
}
