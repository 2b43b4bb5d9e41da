// The one script, as text: results while typing, arrow keys among them, and buttons that copy a command. Every page works
// without it.

export const SCRIPT = `'use strict'
{
  const form = document.querySelector('form.search[data-live]')
  const results = document.getElementById('results')
  const found = document.getElementById('found')
  if (form && results && found) {
    let pending
    let timer
    let shown = location.pathname === '/search' ? new URLSearchParams(location.search).toString() : undefined
    const query = () => {
      const values = new URLSearchParams()
      for (const [key, value] of new FormData(form)) if (value !== '') values.append(key, value)
      return values.toString()
    }
    const load = async () => {
      const wanted = query()
      pending?.abort()
      results.removeAttribute('aria-busy')
      if (wanted === shown) return
      pending = new AbortController()
      results.setAttribute('aria-busy', 'true')
      try {
        const response = await fetch('/search?' + wanted, { signal: pending.signal, headers: { Accept: 'text/html' } })
        if (!response.ok) throw new Error(String(response.status))
        const page = new DOMParser().parseFromString(await response.text(), 'text/html')
        const fresh = page.getElementById('results')
        if (!fresh) throw new Error('no results')
        results.replaceChildren(...fresh.childNodes)
        found.textContent = page.getElementById('found')?.textContent ?? ''
        document.title = page.title
        shown = wanted
        history.replaceState(null, '', '/search?' + wanted)
      } catch (error) {
        if (error.name === 'AbortError') return
        form.submit()
      }
      results.removeAttribute('aria-busy')
    }
    form.addEventListener('input', () => {
      clearTimeout(timer)
      timer = setTimeout(load, 60)
    })
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      clearTimeout(timer)
      void load()
    })
  }
  const box = form?.querySelector('input[type=search]')
  document.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!box || step === undefined) return
    const stops = [box, ...document.querySelectorAll('#results .name')]
    const at = stops.indexOf(document.activeElement)
    const next = at < 0 ? undefined : stops[at + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  })
  for (const block of document.querySelectorAll('.command')) {
    if (!navigator.clipboard) break
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Copy'
    button.setAttribute('aria-label', 'Copy the command')
    button.addEventListener('click', async () => {
      const text = block.querySelector('code').textContent
      const done = await navigator.clipboard.writeText(text).then(() => true, () => false)
      button.textContent = done ? 'Copied' : 'Not allowed'
      setTimeout(() => (button.textContent = 'Copy'), 1500)
    })
    block.append(button)
  }
}
`
