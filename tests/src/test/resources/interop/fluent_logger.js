// Sends events with fluent-logger, acknowledged: fluent_logger.js PORT COUNT
const [port, count] = process.argv.slice(2).map(Number);
const logger = require('fluent-logger').createFluentSender('interop', { port, requireAckResponse: true, eventMode: 'PackedForward' });
let open = count;
for (let i = 0; i < count; i++) {
  logger.emit('node', { message: `fluent-logger-node ${i}`, n: i }, (error) => {
    if (error) { console.error(error); process.exit(1); }
    if (--open === 0) { logger.end(null, null, () => process.exit(0)); }
  });
}
