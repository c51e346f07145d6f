slot: {test.show_notification: [{text: '__slot__:salt:test.echo(hello)'}]}
appended: {test.show_notification: [{text: '__slot__:salt:test.echo(hello)~/world'}]}
path: {test.show_notification: [{text: '__slot__:salt:test.arg(x, key=word).kwargs.key'}]}
no-slot: {test.show_notification: [{text: '__slot__:salt:no.such()'}]}
in-guard: {test.nop: [{onlyif: [{fun: test.echo, args: ['__slot__:salt:test.echo(x)']}]}]}
