namespace SecureConversation.Documentation.Tests;

/// <summary>A service and a client of the documentation, each as it stands there but for the port.</summary>
internal static class PublishedPair
{
    private const string Address = "http://localhost:5000/";

    /// <summary>Everything that the client has written.</summary>
    /// <param name="service">A program of ASP.NET Core.</param>
    /// <param name="client">A program of the console that calls it at the port where ASP.NET Core listens by default.</param>
    /// <param name="added">A source that packages add to the project of the service.</param>
    public static async Task<string> RunAsync(string service, string client, string added = "")
    {
        using var authority = new PrivateAuthority();
        using var running = PublishedProgram.Start(service, isWeb: true, authority.Folder, added);
        var listening = await running.LineWithAsync("Now listening on: ");
        var port = new Uri(listening[listening.IndexOf("http", StringComparison.Ordinal)..].Trim()).Port;
        Assert.Contains(Address, client, StringComparison.Ordinal);
        var moved = client.Replace(Address, $"http://localhost:{port}/", StringComparison.Ordinal);
        using var calling = PublishedProgram.Start(moved, isWeb: false, authority.Folder);
        return await calling.ReadAsync();
    }
}
