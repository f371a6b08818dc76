/** The entity tag of a version, weak because two renderings of it may differ in bytes (RFC 7644 §3.14). */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Whether a header such as `If-Match` or `If-None-Match` names the version; `*` names every one (RFC 7232 §3.1, §3.2).
 * Tags are compared weakly, because all of ours are weak.
 */
export function namesVersion(header: string, version: number): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`);
}
