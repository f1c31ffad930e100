import { render } from 'preact'
import { OriginApp } from './app.tsx'

const place = document.getElementById('page')
if (place) render(<OriginApp />, place)
