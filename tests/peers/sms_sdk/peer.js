// The providers' own SDKs, asked by JSON lines on standard input, answering on standard output.
//
//   {"do": "send", "sdk": "aliyun" | "aliyun_batch" | "aliyun_query" | "tencent" | "twilio", "account": {…}, "call": {…}}
//       the SDK makes this call against a server here; gives the request that arrived:
//       {"method", "path", "query", "headers", "body", "host"}
//   {"do": "resign", "secret", "id", "method", "query", "headers", "payload"}
//       the Authorization that Aliyun's SDK makes of a request
//   {"do": "twilio_sign", "token", "url", "params"}               gives {"signature"}
//   {"do": "twilio_validate", "token", "signature", "url", "params"}   gives {"valid"}
//   {"do": "twilio_validate_body", "token", "signature", "url", "body"} gives {"valid"}
const dns = require('dns');
const http = require('http');
const path = require('path');
const readline = require('readline');

const load = (name) => require(path.join(process.argv[2], 'node_modules', name));

// Tencent's SDK signs with the first label of its host, so the real name has to be asked for here.
const { lookup } = dns;
dns.lookup = (name, options, done) => {
  if (!name.endsWith('.tencentcloudapi.com')) return lookup(name, options, done);
  const reply = done || options;
  return reply(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
};

const answers = {
  aliyun: { Code: 'OK', Message: 'OK', BizId: '1', RequestId: '1' },
  tencent: { Response: { SendStatusSet: [], RequestId: '1' } },
  twilio: { sid: 'SM1', status: 'queued' },
};

function listen(answer) {
  const server = http.createServer((request, response) => {
    const body = [];
    request.on('data', (chunk) => body.push(chunk));
    request.on('end', () => {
      const [where, query] = request.url.split('?');
      server.seen = {
        method: request.method, path: where, query: query || '',
        headers: request.headers, body: Buffer.concat(body).toString('utf8'),
      };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function aliyunClient(port, account) {
  const { default: Client } = load('@alicloud/dysmsapi20170525');
  const { Config } = load('@alicloud/openapi-core').$OpenApiUtil;
  return new Client(new Config({
    accessKeyId: account.access_key_id, accessKeySecret: account.access_key_secret,
    endpoint: `127.0.0.1:${port}`, protocol: 'http',
  }));
}

const sends = {
  aliyun: (port, account, call) => {
    const { SendSmsRequest } = load('@alicloud/dysmsapi20170525');
    return aliyunClient(port, account).sendSms(new SendSmsRequest(call));
  },
  aliyun_batch: (port, account, call) => {
    const { SendBatchSmsRequest } = load('@alicloud/dysmsapi20170525');
    return aliyunClient(port, account).sendBatchSms(new SendBatchSmsRequest(call));
  },
  aliyun_query: (port, account, call) => {
    const { QuerySendDetailsRequest } = load('@alicloud/dysmsapi20170525');
    return aliyunClient(port, account).querySendDetails(new QuerySendDetailsRequest(call));
  },
  tencent: (port, account, call) => {
    const { Client } = load('tencentcloud-sdk-nodejs-sms').sms.v20210111;
    return new Client({
      credential: { secretId: account.secret_id, secretKey: account.secret_key },
      region: account.region,
      profile: { httpProfile: { protocol: 'http://', endpoint: `sms.tencentcloudapi.com:${port}` } },
    }).SendSms(call);
  },
  twilio: (port, account, call) => {
    const client = load('twilio')(account.account_sid, account.auth_token);
    client.api.baseUrl = `http://127.0.0.1:${port}`;
    return client.messages.create(call);
  },
};

async function send({ sdk, account, call }) {
  const server = await listen(answers[sdk.split('_')[0]]);
  try {
    await sends[sdk](server.address().port, account, call);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return server.seen;
}

function resign({ id, secret, method, query, headers, payload }) {
  const signer = load('@alicloud/openapi-core').OpenApiUtil;
  return {
    authorization: signer.getAuthorization({ method, pathname: '/', query, headers },
      'ACS3-HMAC-SHA256', payload, id, secret),
  };
}

const actions = {
  send,
  resign,
  twilio_sign: ({ token, url, params }) =>
    ({ signature: load('twilio/lib/webhooks/webhooks').getExpectedTwilioSignature(token, url, params) }),
  twilio_validate: ({ token, signature, url, params }) =>
    ({ valid: load('twilio').validateRequest(token, signature, url, params) }),
  twilio_validate_body: ({ token, signature, url, body }) =>
    ({ valid: load('twilio').validateRequestWithBody(token, signature, url, body) }),
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = await actions[request.do](request);
    } catch (error) {
      answer = { error: String(error.stack || error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
})();
