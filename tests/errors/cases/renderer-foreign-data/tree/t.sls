#!toml
[x]
"cmd.run" = []
