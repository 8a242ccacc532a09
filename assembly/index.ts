/** The shipped module, `build/mimecast.wasm`: no imports; what is not named here is not reachable from a host. */
export { mimecast_batch } from "./abi/batch";
export {
  mimecast_alerts,
  mimecast_fields,
  mimecast_udm,
  mimecast_udm_msgpack,
  mimecast_udm_plain,
} from "./abi/fluent-bit";
export { free, malloc } from "./abi/memory";
export { evictions as mimecast_rule_evictions } from "./rules/correlation";
