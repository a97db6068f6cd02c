// What the compiled kernels export. Addresses and counts are int32; addresses above 2 GiB wrap.

type Call<Arguments extends number[], Result = void> = (...args: Arguments) => Result
type Eight = [number, number, number, number, number, number, number, number]
type Product = [...Eight, number, number, number, number, number, number]

/** The functions of build/relaxed.wasm and build/simd.wasm; see src/assembly for each. */
export type WasmExports = {
  multiplyF32: Call<Product>
  multiplyF64: Call<Product>
  multiplyI16: Call<[...Eight, number]>
  choleskyF32: Call<Eight>
  choleskyF64: Call<Eight>
  solveF32: Call<[...Eight, number, number], number>
  solveF64: Call<[...Eight, number, number], number>
  gatherRowsI16: Call<[number, number, number, number, number, number, number]>
  topK: Call<[number, number, number, number, number], number>
  preparePairs: Call<[number, number]>
  addPairs: Call<[number, number, number, number, number, number, number], number>
  addBatch: Call<[...Eight, number, number, number, number, number], number>
  addCarry: Call<[number, number, number]>
  carryOf: Call<[number, number], number>
  moveCarries: Call<[number, number, number]>
  mergePairs: Call<[number, number, number, number, number, number], number>
  writeSystem: Call<[number, number, number, number, number]>
  fingerprintPairs: Call<[number, number, number, number, number, number, number]>
  fingerprintSequence: Call<[...Eight, number]>
}
