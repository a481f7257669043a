using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace SecureConversation.Tests;

public sealed class RecordedLogTests : IDisposable
{
    private readonly RecordedLog _log = new();

    [Theory]
    [InlineData(LogLevel.Warning, true)]
    [InlineData(LogLevel.Error, false)]
    [InlineData(LogLevel.Critical, false)]
    public void UnexpectedEntry_FailsFromErrorUpwards(LogLevel level, bool passes)
    {
        Log("Kestrel", level, 1);

        Assert.Equal(passes, Passes());
    }

    [Fact]
    public void ExpectedError_PassesOnceItWasLogged()
    {
        _log.ExpectError(301);
        Assert.False(Passes());
        Log("SecureConversation.AspNetCore", LogLevel.Error, 301);
        Assert.True(Passes());
    }

    [Fact]
    public void ExpectedError_OfAnotherSource_Fails()
    {
        Log("SecureConversation.AspNetCore", LogLevel.Error, 301);
        Log("Kestrel", LogLevel.Error, 301);
        _log.ExpectError(301);

        Assert.False(Passes());
    }

    [Fact]
    public void AllowedError_MayBeLogged()
    {
        _log.AllowErrors(entry => entry.Text == "allowed");
        Assert.True(Passes());
        Log("Kestrel", LogLevel.Error, 1, "allowed");
        Assert.True(Passes());
        Log("Kestrel", LogLevel.Error, 1, "other");
        Assert.False(Passes());
    }

    [Fact]
    public async Task Event_IsSeenWhenTheLibraryLogsIt()
    {
        var seen = _log.SeenAsync(204);
        Log("Kestrel", LogLevel.Information, 204);
        Assert.False(seen.IsCompleted);
        Log("SecureConversation.Http", LogLevel.Information, 204);
        await seen;
    }

    public void Dispose() => _log.Dispose();

    private void Log(string category, LogLevel level, int id, string text = "") => _log.CreateLogger(category).Log(level, id, text, null, (state, _) => state);

    private bool Passes() => Record.Exception(_log.Check) is null;
}
