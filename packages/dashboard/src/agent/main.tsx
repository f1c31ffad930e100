import { render } from 'preact'
import { AgentApp } from './app.tsx'

const place = document.getElementById('page')
if (place) render(<AgentApp />, place)
