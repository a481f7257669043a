using System.Diagnostics;

namespace Farm;

/// <summary>A process of the service: this program, started again.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServiceProcess(string name, Uri address, Process process) => (Name, Address, _process) = (name, address, process);

    public string Name { get; }

    public Uri Address { get; }

    public static async Task<ServiceProcess> StartAsync(string name, string redis, string keys)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [OrderService.Command, name, redis, keys])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (line?.StartsWith(OrderService.Ready, StringComparison.Ordinal) != true)
        {
            process.Kill();
            throw new UnexpectedException($"Process {name} of the service did not start.");
        }

        return new ServiceProcess(name, new Uri(line[OrderService.Ready.Length..]), process);
    }

    /// <summary>As a machine that fails: nothing is sent any more, and nothing is cleaned up.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }
}
