/** The shipped module, `build/mimecast.wasm`: no imports; what is not named here is not reachable from a host. */
export { mimecast_batch } from "./abi/batch";
export { mimecast_fields, mimecast_udm } from "./abi/fluent-bit";
export { free, malloc } from "./abi/memory";
