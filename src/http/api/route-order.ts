import type { Route } from './route.js';

/** The routes of one path. */
export interface PathRoutes {
  readonly path: string;
  readonly routes: readonly Route[];
}

/** A path as it is ordered: each segment with a mark before it that puts words before parameters. */
function orderKey(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((segment) => (segment.startsWith('{') ? `1${segment}` : `0${segment}`));
}

/**
 * Words before parameters, from left to right: `/groups/bulk-delete` is tried before `/groups/{id}`. An order of all paths, so that
 * it does not depend on which others there are.
 */
function comparePaths(a: string, b: string): number {
  const [left, right] = [orderKey(a), orderKey(b)];
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (segment !== other) return segment < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** The routes by path, in the order in which paths are tried. Throws for two routes of the same method and path. */
export function byPath(routes: readonly Route[]): readonly PathRoutes[] {
  const paths = [...new Set(routes.map((each) => each.path))].toSorted(comparePaths);
  return paths.map((path) => {
    const ofPath = routes.filter((each) => each.path === path);
    const methods = ofPath.map((each) => each.method);
    const twice = methods.find((method, index) => methods.indexOf(method) !== index);
    if (twice !== undefined) throw new Error(`${twice} ${path} stands twice in the route table`);
    return { path, routes: ofPath };
  });
}
