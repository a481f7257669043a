namespace SecureConversation.Cli.Listening;

/// <summary>Where exchanges are written to. An exchange that was written is there also when the process is killed.</summary>
internal interface IExchangeRecord : IDisposable
{
    /// <summary>Writes one. Never called twice at a time.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    void Write(RecordedExchange exchange);
}
