"{{ salt['cmd.run']('echo $((1+2)) | cat') }}": test.nop
