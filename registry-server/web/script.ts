// The one script, as text: results while typing, and buttons that copy a command. Every page works without it.

export const SCRIPT = `'use strict'
{
  const form = document.querySelector('form.search[data-live]')
  const results = document.getElementById('results')
  if (form && results) {
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
      if (wanted === shown) return
      pending?.abort()
      pending = new AbortController()
      results.setAttribute('aria-busy', 'true')
      try {
        const response = await fetch('/search?' + wanted, { signal: pending.signal, headers: { Accept: 'text/html' } })
        if (!response.ok) throw new Error(String(response.status))
        const page = new DOMParser().parseFromString(await response.text(), 'text/html')
        const fresh = page.getElementById('results')
        if (!fresh) return
        results.replaceChildren(...fresh.childNodes)
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
  for (const block of document.querySelectorAll('.command')) {
    if (!navigator.clipboard) break
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Copy'
    button.setAttribute('aria-label', 'Copy the command')
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.querySelector('code').textContent)
      button.textContent = 'Copied'
      setTimeout(() => (button.textContent = 'Copy'), 1500)
    })
    block.append(button)
  }
}
`
