{{ salt['test.echo']('a', 'b') }}
