using SecureConversation.Benchmarks.CoreWcf;
using SecureConversation.Benchmarks.Performance;

// `load` with services of CoreWCF and the WCF client, each in the same modes: what message security costs beside the stack's own TLS and none.
return args is ["load", "service"]
    ? await CoreWcfLoadService.RunAsync()
    : await LoadCommand.RunAsync(args, PerformanceCommand.Results(args), LoadCommand.OfCoreWcf);
