{{ salt['test.nosuch']() }}
