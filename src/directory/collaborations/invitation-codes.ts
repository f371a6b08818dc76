import { createHash, randomBytes } from 'node:crypto';

/** The code of an invitation: `text` is for the invited person alone, `hash` is what is kept. */
export interface InvitationCode {
  readonly text: string;
  readonly hash: string;
}

/** Makes a code of 256 random bits. */
export function newInvitationCode(): InvitationCode {
  const text = `invite_${randomBytes(32).toString('base64url')}`;
  return { text, hash: hashInvitationCode(text) };
}

/** The SHA-256 of a code, in hex; slow hashing would add nothing to 256 random bits. */
export function hashInvitationCode(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
