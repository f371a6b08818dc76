/**
 * Whoever removes a group asks for the invitations to it: the reference of each to its collaboration was without an index.
 *
 * @returns {string[]}
 */
export function up() {
  return ['create index invitations_by_collaboration on invitations (client_id, collaboration_id)'];
}
