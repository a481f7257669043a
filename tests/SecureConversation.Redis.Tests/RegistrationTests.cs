using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore;
using StackExchange.Redis;

namespace SecureConversation.Redis.Tests;

public sealed class RegistrationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Endpoints_TakeTheStoresOfTheServices(bool isConnectionOfTheApplication)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await using var one = await StartAsync(Configure);
        await using var other = await StartAsync(Configure);
        var client = Instance.Client();
        using var handshake = client.StartSession(Instance.Address);
        using var session = handshake.Complete(await PostAsync(one, handshake.Envelope));
        using var request = session.Secure(Instance.Request());
        using var reply = request.VerifyReply(await PostAsync(other, request.Envelope));
        Assert.False(reply.IsFault);
        using var cancel = session.StartCancel();
        cancel.Complete(await PostAsync(other, cancel.Envelope));
        Assert.Equal("-", await server.Raw.HashGetAsync(Assert.Single(await server.KeysAsync($"own:*{session.Id}")), "v"));

        void Configure(IServiceCollection services)
        {
            services.AddDataProtection().SetApplicationName("farm").PersistKeysToFileSystem(Folder);
            if (isConnectionOfTheApplication)
            {
                services.AddSingleton<IConnectionMultiplexer>(connection);
            }

            services.AddSecureConversationRedis(options =>
            {
                options.Configuration = isConnectionOfTheApplication ? null : server.Configuration;
                options.KeyPrefix = "own";
            });
        }
    }

    public static TheoryData<string, Action<SecureConversationRedisOptions>> Wrong => new()
    {
        { "Configuration", o => o.Configuration = null },
        { "Configuration", o => o.Configuration = "" },
        { "Configuration", o => o.Configuration = "localhost,nonsense=1" },
        { "KeyPrefix", o => o.KeyPrefix = "" },
        { "KeyPrefix", o => o.KeyPrefix = "a{b}" },
        { "OperationTimeout", o => o.OperationTimeout = TimeSpan.Zero },
        { "LocalStateLifetime", o => o.LocalStateLifetime = TimeSpan.FromSeconds(-1) },
        { "ExpiredStateLifetime", o => o.ExpiredStateLifetime = TimeSpan.FromSeconds(-1) },
        { "MaxLocalStates", o => o.MaxLocalStates = 0 },
        { "ReplayCacheSize", o => o.ReplayCacheSize = 0 },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task Option_OutOfItsRange_StopsTheStart(string name, Action<SecureConversationRedisOptions> set)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(services => services.AddSecureConversationRedis(options =>
        {
            options.Configuration = "localhost";
            set(options);
        })));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_EachHaveATest()
    {
        // Configuration and KeyPrefix above; the others by what they do.
        var tests = string.Concat(new[] { "OutageTests.cs", "SessionStoreTests.cs", "ReplayCacheTests.cs", "RegistrationTests.cs" }
            .Select(file => File.ReadAllText(Path.Combine(SourceFolder(), file))));
        Assert.All(typeof(SecureConversationRedisOptions).GetProperties(), property =>
            Assert.Matches($@"{property.Name} = (TimeSpan|1|\d|""|server|isConnection)", tests));
    }

    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("SecureConversation.Keys.");

    private static string SourceFolder() => Path.Combine(PackageReferences.SourceRoot, "tests", "SecureConversation.Redis.Tests");

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Debug);
        RecordedLog.Current.AllowErrors(e => e.Category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) && e.Exception is OptionsValidationException);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(options =>
        {
            options.MessageSecurity = Instance.Security;
            options.Credentials = TestCredentials.Service;
            options.Address = Instance.Address;
            options.EndpointName = "farm";
        });
        configure(builder.Services);
        var app = builder.Build();
        app.MapSecureConversation("/farm", _ => Task.FromResult(SoapReply.FromBody("urn:f/EchoResponse", "<EchoResponse xmlns='urn:f'/>")));
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return app;
    }

    private static async Task<byte[]> PostAsync(WebApplication app, ReadOnlyMemory<byte> envelope)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(envelope.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/soap+xml; charset=utf-8");
        using var response = await http.PostAsync(new Uri($"{app.Urls.First()}/farm"), content);
        return await response.Content.ReadAsByteArrayAsync();
    }
}
