import { z } from 'zod';
import { readDateTime } from '../../schema/date-time.js';
import { givenInstant, idOf, instant, plainText } from './schemas.js';

/** An instant in a request, as it is stored. */
export const storedInstant = givenInstant.transform((text) => readDateTime(text) ?? text);

/** Who is meant: by id, or by userName in any letter case. One of them is needed. */
export const personNamed = {
  userId: idOf('user').optional(),
  userName: plainText.max(1_000).describe('In place of the id').meta({ 'x-id-of': 'user' }).optional(),
};

export const memberRole = z.enum(['member', 'admin']);
const standing = z.enum(['active', 'expired']);

/** A service as a collaboration has it. */
export const connectedServiceView = z
  .strictObject({ id: z.uuid(), name: z.string(), status: z.enum(['connected', 'pending']) })
  .meta({ id: 'ConnectedService', description: 'A service that a collaboration is, or waits to be, connected to' });

const groupInside = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  shortName: z.string(),
  urn: z.string(),
  autoProvisionMembers: z.boolean(),
});

export const collaborationView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    shortName: z.string(),
    urn: z.string(),
    description: z.string().nullable(),
    units: z.array(z.string()),
    labels: z.array(z.string()),
    status: standing,
    expiresAt: instant.nullable(),
    memberCount: z.int(),
    groups: z.array(groupInside),
    services: z.array(connectedServiceView),
    createdAt: instant,
    lastModified: instant,
  })
  .meta({ id: 'Collaboration', description: 'A collaboration, as far as the caller may see it' });

export const collaborationMemberView = z
  .strictObject({
    userId: z.uuid(),
    userName: z.string(),
    displayName: z.string().nullable(),
    active: z.boolean(),
    role: memberRole,
    status: standing,
    expiresAt: instant.nullable(),
  })
  .meta({ id: 'CollaborationMember', description: 'A member of a collaboration; one who has expired counts as none' });
