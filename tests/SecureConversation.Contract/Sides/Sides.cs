namespace SecureConversation.Contract.Sides;

/// <summary>A stack that hosts the service.</summary>
public interface IServiceSide
{
    Task<IContractService> StartAsync(Scenario scenario);
}

/// <summary>A stack that calls the service.</summary>
public interface IClientSide
{
    IContractClient Create(Uri address, Scenario scenario);
}

/// <summary>A running service. Disposing stops it.</summary>
public interface IContractService : IAsyncDisposable
{
    Uri Address { get; }

    ServiceProbe Probe { get; }
}

/// <summary>A client of the service, with one session where the scenario has one; it opens with the first call. Disposing gives up what is left.</summary>
/// <remarks>All calls end with ContractFaultException or ContractRefusedException when they fail.</remarks>
public interface IContractClient : IAsyncDisposable
{
    /// <summary>The id of the session where the client shows it, else null.</summary>
    string? SessionId { get; }

    Task<double> AddAsync(double a, double b);

    Task<string> EchoAsync(string text);

    /// <summary>Division by zero is a declared fault.</summary>
    Task<double> DivideAsync(double a, double b);

    /// <summary>The service throws what it did not declare.</summary>
    Task<string> FailAsync(string text);

    /// <summary>One-way.</summary>
    Task NotifyAsync(string text);

    /// <summary>How often it was called in this session.</summary>
    Task<int> CountAsync();

    /// <summary>The name of the client and the id of the session, with a line break between.</summary>
    Task<string> WhoAmIAsync();

    /// <summary>Echo, signed only.</summary>
    Task<string> SignedAsync(string text);

    /// <summary>Ends the session in order.</summary>
    Task CloseAsync();

    /// <summary>As AddAsync, for programs that wait on a thread of their own: in the synchronous form where the stack has one.</summary>
    double Add(double a, double b) => AddAsync(a, b).GetAwaiter().GetResult();

    /// <summary>As CloseAsync, in the synchronous form where the stack has one.</summary>
    void Close() => CloseAsync().GetAwaiter().GetResult();
}
