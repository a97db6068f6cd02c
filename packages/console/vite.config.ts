import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm start` serves the interface that a development page talks to. */
const API = 'http://127.0.0.1:7460'

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true },
  server: { proxy: { '/v1': API, '/openapi.json': API, '/healthz': API } },
})
