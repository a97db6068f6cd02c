function multiply<T>(
  out: usize, outStride: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  rows: i32, inner: i32, columns: i32, alpha: T, accumulate: i32,
): void {
  const size = <i32>sizeof<T>()
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = <T>0
      for (let l = 0; l < inner; l++) {
        sum += load<T>(a + <usize>((i * aRow + l * aColumn) * size)) * load<T>(b + <usize>((l * bRow + j * bColumn) * size))
      }
      const at = out + <usize>((i * outStride + j) * size)
      store<T>(at, (accumulate ? load<T>(at) : <T>0) + alpha * sum)
    }
  }
}

export function multiplyF32(
  out: usize, outStride: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  rows: i32, inner: i32, columns: i32, alpha: f64, accumulate: i32, scratch: usize,
): void {
  multiply<f32>(out, outStride, a, aRow, aColumn, b, bRow, bColumn, rows, inner, columns, <f32>alpha, accumulate)
}

export function multiplyF64(
  out: usize, outStride: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  rows: i32, inner: i32, columns: i32, alpha: f64, accumulate: i32, scratch: usize,
): void {
  multiply<f64>(out, outStride, a, aRow, aColumn, b, bRow, bColumn, rows, inner, columns, alpha, accumulate)
}

export function multiplyI16(
  out: usize, outStride: i32, a: usize, aStride: i32, b: usize, bStride: i32,
  rows: i32, inner: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0
      for (let l = 0; l < inner; l++) {
        sum += <i32>load<i16>(a + ((i * aStride + l) << 1)) * <i32>load<i16>(b + ((l * bStride + j) << 1))
      }
      store<i32>(out + ((i * outStride + j) << 2), sum)
    }
  }
}
