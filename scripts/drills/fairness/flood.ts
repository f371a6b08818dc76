import { DrillClient } from '../drill-client.js';
import { sendAtPace } from './open-loop.js';
import { bulkWork, heavyWork } from './workload.js';

// A process of its own, so that what it has to do does not delay what is measured: `flood.ts <json>`.

/** What to send, and where. */
export interface FloodOrder {
  readonly url: string;
  readonly token: string;
  readonly kind: 'requests' | 'bulk';
  readonly users: number;
  /** Makes names that no other run has made. */
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
}

// Whoever starts this process gives it an order.
const order = JSON.parse(process.argv[2] ?? '{}') as FloodOrder;
const client = new DrillClient(order.url, order.token, 128);
const work = order.kind === 'bulk' ? bulkWork(order.name) : heavyWork(order.users, order.name);
const { statuses } = await sendAtPace(client, order, work);
await client.close();
process.stdout.write(JSON.stringify(statuses));
