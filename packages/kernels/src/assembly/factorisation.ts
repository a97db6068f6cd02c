function cholesky<T>(a: usize, n: i32, stride: i32): i32 {
  const row = <usize>stride * sizeof<T>()
  for (let i = 0; i < n; i++) {
    const x = a + <usize>i * row
    for (let j = 0; j <= i; j++) {
      const y = a + <usize>j * row
      let sum = load<T>(x + <usize>j * sizeof<T>())
      for (let l = 0; l < j; l++) sum -= load<T>(x + <usize>l * sizeof<T>()) * load<T>(y + <usize>l * sizeof<T>())
      if (i == j) {
        if (!(sum > <T>0)) return i
        store<T>(x + <usize>j * sizeof<T>(), sqrt<T>(sum))
      } else {
        store<T>(x + <usize>j * sizeof<T>(), sum / load<T>(y + <usize>j * sizeof<T>()))
      }
    }
  }
  return -1
}

function solve<T>(l: usize, stride: i32, n: i32, b: usize, bStride: i32, columns: i32): void {
  const row = <usize>stride * sizeof<T>(), bRow = <usize>bStride * sizeof<T>()
  for (let i = 0; i < n; i++) {
    const d = load<T>(l + <usize>i * row + <usize>i * sizeof<T>())
    for (let k = 0; k < i; k++) {
      const f = load<T>(l + <usize>i * row + <usize>k * sizeof<T>())
      for (let j = 0; j < columns; j++) {
        const at = b + <usize>i * bRow + <usize>j * sizeof<T>()
        store<T>(at, load<T>(at) - f * load<T>(b + <usize>k * bRow + <usize>j * sizeof<T>()))
      }
    }
    for (let j = 0; j < columns; j++) {
      const at = b + <usize>i * bRow + <usize>j * sizeof<T>()
      store<T>(at, load<T>(at) / d)
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    const d = load<T>(l + <usize>i * row + <usize>i * sizeof<T>())
    for (let k = i + 1; k < n; k++) {
      const f = load<T>(l + <usize>k * row + <usize>i * sizeof<T>())
      for (let j = 0; j < columns; j++) {
        const at = b + <usize>i * bRow + <usize>j * sizeof<T>()
        store<T>(at, load<T>(at) - f * load<T>(b + <usize>k * bRow + <usize>j * sizeof<T>()))
      }
    }
    for (let j = 0; j < columns; j++) {
      const at = b + <usize>i * bRow + <usize>j * sizeof<T>()
      store<T>(at, load<T>(at) / d)
    }
  }
}

export function choleskyF32(a: usize, n: i32, stride: i32): i32 {
  return cholesky<f32>(a, n, stride)
}
export function choleskyF64(a: usize, n: i32, stride: i32): i32 {
  return cholesky<f64>(a, n, stride)
}
export function solveF32(l: usize, stride: i32, n: i32, b: usize, bStride: i32, columns: i32): void {
  solve<f32>(l, stride, n, b, bStride, columns)
}
export function solveF64(l: usize, stride: i32, n: i32, b: usize, bStride: i32, columns: i32): void {
  solve<f64>(l, stride, n, b, bStride, columns)
}
