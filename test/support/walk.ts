import type { Caller, ScimBody } from './scim.js';

/** What a walk by cursor saw. */
export interface Walk {
  readonly resources: readonly ScimBody[];
  readonly pages: readonly ScimBody[];
}

/** A path with one more query parameter. */
export function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;
}

/** Reads every page of a query by cursor (RFC 9865 §2); `between` runs beside the request for each page. */
export async function walk(
  call: Caller,
  path: string,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<Walk> {
  const pages: ScimBody[] = [];
  for (let cursor: unknown = ''; typeof cursor === 'string'; cursor = pages.at(-1)?.['nextCursor']) {
    const [page] = await Promise.all([call.read(withParameter(path, 'cursor', cursor)), between(pages.length)]);
    pages.push(page);
  }
  return { pages, resources: pages.flatMap((page) => page.Resources) };
}
