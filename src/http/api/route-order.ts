import type { Route } from './route.js';

/** The routes of one path. */
export interface PathRoutes {
  readonly path: string;
  readonly routes: readonly Route[];
}

const segmentsOf = (path: string) => path.split('/').slice(1);
const isParameter = (segment: string | undefined) => segment?.startsWith('{') === true;

/** Words before parameters, from left to right: `/groups/bulk-delete` is tried before `/groups/{id}`. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [segmentsOf(a), segmentsOf(b)];
  const differs = left.findIndex((segment, index) => isParameter(segment) !== isParameter(right[index]));
  if (differs === -1 || right[differs] === undefined) return 0;
  return isParameter(left[differs]) ? 1 : -1;
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
