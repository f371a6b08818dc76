import { RequestSlot } from './request-slot.js';

/** When what a request writes must be ready to be committed, in milliseconds since 1970. */
export const deadlines = new RequestSlot<number>('deadline');
