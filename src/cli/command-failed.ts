/** A command that was carried out and did not wholly succeed: exit code 1, and the message for a person. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
