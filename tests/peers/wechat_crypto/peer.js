// Requests as JSON lines on standard input, answers as JSON lines on standard output, all by the
// package wechat-crypto: {"token","key","app_id","do":"seal","text"} gives {"encrypt"}; "open" with
// "encrypt" gives {"message","id"}; "sign" with "timestamp","nonce","encrypt" gives {"signature"}.
const readline = require('readline');
const Crypt = require(process.argv[2] + '/node_modules/wechat-crypto');

const actions = {
  seal: (c, r) => ({ encrypt: c.encrypt(r.text) }),
  open: (c, r) => c.decrypt(r.encrypt),
  sign: (c, r) => ({ signature: c.getSignature(r.timestamp, r.nonce, r.encrypt) }),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  const crypt = new Crypt(request.token, request.key, request.app_id);
  process.stdout.write(JSON.stringify(actions[request.do](crypt, request)) + '\n');
});
