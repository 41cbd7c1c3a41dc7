// Captures events with epcis2.js as its readme shows, to the address and with the key of the environment.
// Prints the ids of what it sent as a list in JSON.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const epcis = require('epcis2.js');
const { KAWASAN_URL: home, KAWASAN_KEY: key } = process.env;
epcis.setup({
  apiUrl: `${home}/epcis/`,
  headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  timeout: 20000,
});

const shipped = new epcis.ObjectEvent()
  .setEventID(`urn:uuid:${crypto.randomUUID()}`)
  .setAction('OBSERVE')
  .addEPC('https://id.gs1.org/01/09521141012345/21/interop-1')
  .setBizStep('shipping')
  .setDisposition('in_transit');
const packed = new epcis.AggregationEvent()
  .setEventID(`urn:uuid:${crypto.randomUUID()}`)
  .setAction('ADD')
  .setParentId('https://id.gs1.org/00/095211410123456782')
  .addChildEPC('https://id.gs1.org/01/09521141012345/21/interop-1')
  .setBizStep('packing');
const made = new epcis.TransformationEvent()
  .setEventID(`urn:uuid:${crypto.randomUUID()}`)
  .addInputEPC('https://id.gs1.org/01/09521141012345/21/interop-1')
  .addOutputEPC('https://id.gs1.org/01/09521141012352/21/interop-2')
  .setBizStep('commissioning');

const sent = [shipped, packed, made];
const document = new epcis.EPCISDocument();
document.setCreationDate(new Date().toISOString());
for (const event of sent) document.addEvent(event);
await epcis.capture(document);
console.log(JSON.stringify(sent.map((event) => event.getEventID())));
