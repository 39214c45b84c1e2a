// Drives the official Amazon Pay SDK for Node.js: JSON Lines on stdin and stdout, see docs/drivers.md.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { WebStoreClient } from '@amazonpay/amazon-pay-api-sdk-nodejs';

console.log = console.error; // stdout is the protocol: whatever else prints must not

const { version } = createRequire(import.meta.url)('@amazonpay/amazon-pay-api-sdk-nodejs/package.json');

// From the protocol's operations to the SDK's methods: c is the client, i the id, p the payload, h the headers, q the query.
const OPERATIONS = {
  create_checkout_session: (c, i, p, h) => c.createCheckoutSession(p, h),
  get_checkout_session: (c, i, p, h) => c.getCheckoutSession(i, h),
  update_checkout_session: (c, i, p, h) => c.updateCheckoutSession(i, p, h),
  complete_checkout_session: (c, i, p, h) => c.completeCheckoutSession(i, p, h),
  finalize_checkout_session: (c, i, p, h) => c.finalizeCheckoutSession(i, p, h),
  get_charge_permission: (c, i, p, h) => c.getChargePermission(i, h),
  update_charge_permission: (c, i, p, h) => c.updateChargePermission(i, p, h),
  close_charge_permission: (c, i, p, h) => c.closeChargePermission(i, p, h),
  create_charge: (c, i, p, h) => c.createCharge(p, h),
  get_charge: (c, i, p, h) => c.getCharge(i, h),
  update_charge: (c, i, p, h) => c.updateCharge(i, p, h),
  capture_charge: (c, i, p, h) => c.captureCharge(i, p, h),
  cancel_charge: (c, i, p, h) => c.cancelCharge(i, p, h),
  create_refund: (c, i, p, h) => c.createRefund(p, h),
  get_refund: (c, i, p, h) => c.getRefund(i, h),
  get_buyer: (c, i, p, h) => c.getBuyer(i, h),
  create_delivery_tracker: (c, i, p, h) => c.deliveryTrackers(p, h),
  get_authorization_token: (c, i, p, h, q) => c.getAuthorizationToken(i, q.merchantId, h),
  get_reports: (c, i, p, h, q) => c.getReports(q, h),
  get_report: (c, i, p, h) => c.getReportById(i, h),
  create_report: (c, i, p, h) => c.createReport(p, h),
  get_report_document: (c, i, p, h) => c.getReportDocument(i, h),
  get_report_schedules: (c, i, p, h) => c.getReportSchedules(null, h),
  get_report_schedule: (c, i, p, h) => c.getReportScheduleById(i, h),
  create_report_schedule: (c, i, p, h) => c.createReportSchedule(p, h),
  cancel_report_schedule: (c, i, p, h) => c.cancelReportSchedule(i, h),
  create_merchant_account: (c, i, p, h) => c.createMerchantAccount(p, h),
  update_merchant_account: (c, i, p, h) => c.updateMerchantAccount(i, p, h),
  delete_merchant_account: (c, i, p, h) => c.deleteAmazonPayAccount(i, h),
  create_dispute: (c, i, p, h) => c.createDispute(p, h),
  get_dispute: (c, i, p, h) => c.getDispute(i, h),
  update_dispute: (c, i, p, h) => c.updateDispute(i, p, h),
  contest_dispute: (c, i, p, h) => c.contestDispute(i, p, h),
  upload_file: (c, i, p, h) => c.uploadFile(p, h),
};

const SERVER_ERRORS = Array.from({ length: 100 }, (_, n) => 500 + n);

const HELLO = {
  type: 'hello',
  protocol: 1,
  client: { name: '@amazonpay/amazon-pay-api-sdk-nodejs', version, language: 'JavaScript' },
  capabilities: {
    operations: Object.keys(OPERATIONS),
    algorithms: ['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2'],
    idempotency_key: 'caller',
    headers: true,
    raw_payload: true,
    button: true,
    retries: { times: 3, statuses: [408, 425, 429, ...SERVER_ERRORS], waits: [2, 4, 8] }, // as its source declares
  },
};

let client;

function configure(config) {
  client = new WebStoreClient({
    publicKeyId: config.public_key_id,
    privateKey: config.private_key,
    region: config.region,
    sandbox: config.sandbox,
    algorithm: config.algorithm,
    overrideServiceUrl: config.service_host,
  });
  return { type: 'ready' };
}

async function call({ id, operation, path_id, payload, payload_text, headers, query = [] }) {
  if (!OPERATIONS[operation]) return { type: 'result', id, outcome: 'unsupported', reason: operation };
  const given = Object.fromEntries(headers);
  const asked = Object.fromEntries(query);
  try {
    const response = await OPERATIONS[operation](client, path_id, payload_text ?? payload, given, asked);
    return {
      type: 'result',
      id,
      outcome: 'returned',
      status: response.status,
      body: response.data,
      request_id: response.headers['x-amz-pay-request-id'],
      caller_headers: Object.entries(given),
    };
  } catch (error) {
    const { name, message, response } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    return { type: 'result', id, outcome: 'raised', error: { type: name, message }, status: response?.status, body: response?.data };
  }
}

const ANSWERS = {
  hello: () => HELLO,
  config: configure,
  call,
  sign_button: ({ id, payload }) => ({ type: 'signature', id, signature: client.generateButtonSignature(payload) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.type === 'bye') break;
  let answer;
  try {
    answer = await ANSWERS[message.type](message);
  } catch (error) {
    answer = { type: 'error', message: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
