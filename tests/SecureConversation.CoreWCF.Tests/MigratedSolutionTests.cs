using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Policy;
using SecureConversation.Policy.Tests.Vectors;
using SecureConversation.Testing;
using SecureConversation.Testing.Processes;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>The solution in samples/MigratedSolution: service and client as processes, with their files of .NET Framework.</summary>
public sealed class MigratedSolutionTests
{
    private static readonly MigratedSolution Solution = new(typeof(MigratedSolutionTests).Assembly);

    [Fact]
    public async Task Client_TalksToTheServiceOverAllEndpointsOfTheFiles()
    {
        Assert.SkipUnless(HomeDirectory.IsOffered, MigratedSolution.OnlyWithStoresInFiles);
        using var home = ShopCertificates.CreateHome();
        await using var service = await RunningService.StartAsync(home);
        using var files = new MigratedClient(Solution.Program("OrderClient"), service.Address);
        await using var client = DotnetProcess.Start(files.Program, files.Directory, home);
        Assert.True(await client.WaitForExitAsync() == 0, client.Everything + "\n" + service.Process.Everything);
        Assert.Equal(
            MigratedClient.Answers($"{ShopCertificates.Branch.Subject}; {ShopCertificates.Branch.Thumbprint}", "ada"), client.Output);
    }

    [Fact]
    public async Task Description_HasThePoliciesOfTheFile()
    {
        Assert.SkipUnless(HomeDirectory.IsOffered, MigratedSolution.OnlyWithStoresInFiles);
        using var home = ShopCertificates.CreateHome();
        await using var service = await RunningService.StartAsync(home);
        var import = await new WsdlImporter().ImportAsync(new Uri(service.Address, "/OrderService.svc?singleWsdl"));
        var configuration = Configuration.ServiceModelConfiguration.Load(Path.Combine(Solution.Service, "Web.config"));
        foreach (var endpoint in configuration.Services.Single().Endpoints)
        {
            var imported = Assert.Single(import.Endpoints, port => port.Address?.AbsolutePath == "/OrderService.svc/" + endpoint.Address);
            Assert.Equal(
                WhatPoliciesSay.Of(endpoint.Binding!.Security!, encrypts: true, isCxf: false),
                WhatPoliciesSay.Of(imported.RequireBinding().Element, encrypts: true, isCxf: false));
            Assert.Equal(endpoint.Binding.MessageVersion, imported.RequireBinding().MessageVersion);
        }
    }

    /// <summary>A certificate that no trusted authority issued: its holder is not let in, and hears it.</summary>
    [Fact]
    public async Task Stranger_IsRefused()
    {
        Assert.SkipUnless(HomeDirectory.IsOffered, MigratedSolution.OnlyWithStoresInFiles);
        using var home = ShopCertificates.CreateHome();
        using var strange = new HomeDirectory();
        using var forged = SelfSigned();
        strange.Install("My", forged, withKey: true);
        strange.Install("AddressBook", ShopCertificates.Service, withKey: false);
        strange.Install("Root", TestCertificates.Authority, withKey: false);
        await using var service = await RunningService.StartAsync(home);
        using var files = new MigratedClient(Solution.Program("OrderClient"), service.Address);
        await using var client = DotnetProcess.Start(files.Program, files.Directory, strange);
        Assert.NotEqual(0, await client.WaitForExitAsync());
        Assert.Empty(client.Output);
        Assert.Contains("FailedAuthentication", client.Everything, StringComparison.Ordinal);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=branch.shop.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
    }

    private sealed class RunningService(DotnetProcess process, Uri address) : IAsyncDisposable
    {
        public DotnetProcess Process => process;

        public Uri Address => address;

        public static async Task<RunningService> StartAsync(HomeDirectory home)
        {
            var process = DotnetProcess.Start(Solution.Program("OrderService"), Solution.Service, home, "--urls", "http://127.0.0.1:0");
            try
            {
                var match = await process.WaitForAsync(@"Now listening on: (http://\S+)");
                return new RunningService(process, new Uri(match.Groups[1].Value));
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }
}
