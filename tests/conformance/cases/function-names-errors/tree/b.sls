{{ salt['nosuch.x']() }}
