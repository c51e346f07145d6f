{{ salt['saltutil.runner']('x.y') }}
