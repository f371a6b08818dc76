import { auditRoutes } from './audit-routes.js';
import { clientRoutes } from './client-routes.js';
import { accountRoutes } from './account-routes.js';
import { roleRoutes } from './role-routes.js';
import { groupRoutes } from './group-routes.js';
import { permissionRoutes } from './permission-routes.js';
import type { Route } from './route.js';
import { tokenRoutes } from './token-routes.js';
import { unitRoutes } from './unit-routes.js';
import { userRecordRoutes } from './user-record-routes.js';
import { collaborationGroupRoutes } from './collaboration-group-routes.js';
import { collaborationRoutes } from './collaboration-routes.js';
import { invitationRoutes } from './invitation-routes.js';
import { organisationRoutes } from './organisation-routes.js';
import { serviceRoutes } from './service-routes.js';
import { userRoutes } from './user-routes.js';
import { userclaimRoutes } from './userclaim-routes.js';
import { vendorUserRoutes } from './vendor-user-routes.js';

/** Every route of the companion API, in any order. A noun's routes stand in a file of their own. */
export const routeTable: readonly Route[] = [
  ...auditRoutes,
  ...accountRoutes,
  ...clientRoutes,
  ...groupRoutes,
  ...permissionRoutes,
  ...roleRoutes,
  ...tokenRoutes,
  ...unitRoutes,
  ...userRecordRoutes,
  ...userRoutes,
  ...userclaimRoutes,
  ...vendorUserRoutes,
  ...collaborationRoutes,
  ...collaborationGroupRoutes,
  ...invitationRoutes,
  ...serviceRoutes,
  ...organisationRoutes,
];
