import { auditRoutes } from './audit-routes.js';
import { clientRoutes } from './client-routes.js';
import type { Route } from './route.js';
import { tokenRoutes } from './token-routes.js';
import { unitRoutes } from './unit-routes.js';
import { userRoutes } from './user-routes.js';
import { vendorUserRoutes } from './vendor-user-routes.js';

/** Every route of the companion API, in any order. A noun's routes stand in a file of their own. */
export const routeTable: readonly Route[] = [
  ...auditRoutes,
  ...clientRoutes,
  ...tokenRoutes,
  ...unitRoutes,
  ...userRoutes,
  ...vendorUserRoutes,
];
